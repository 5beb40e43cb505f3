// A recipe as its file holds it: what people write, without the defaults.

/** A recipe as its file holds it: see src/session/recipe.schema.json. */
export interface RecipeFile {
  readonly $schema?: string;
  readonly model: string;
  /** Without it a model is cut by its weights alone, and nothing is retrained or tested. */
  readonly data?: DataChoice;
  readonly prune?: {
    readonly method?: 'maxout' | 'ratio' | 'global' | 'target' | 'search';
    readonly k?: number;
    readonly layers?: readonly string[];
    readonly protect?: readonly string[];
    readonly measure?: string;
    readonly reduction?: 'first' | 'mean' | 'max';
    readonly normalization?: 'none' | 'mean' | 'max' | 'standard';
    readonly ratio?: number;
    readonly ratios?: Readonly<Record<string, number>>;
    readonly target?: { readonly parameters?: number; readonly macs?: number; readonly bytes?: number };
    readonly shrink?: 'parameters' | 'macs' | 'bytes';
    readonly minimumWidth?: number;
    readonly multiple?: number;
    readonly isomorphic?: boolean;
    readonly approximate?: boolean;
    readonly iterations?: number;
  };
  readonly retrain?: {
    readonly epochs?: number;
    readonly batch?: number;
    readonly optimizer?: 'sgd' | 'adam' | 'adamw';
    readonly learningRate?: number;
    readonly momentum?: number;
    readonly weightDecay?: number;
    readonly schedule?: 'constant' | 'step' | 'cosine' | 'inv';
    readonly loss?: 'softmax-cross-entropy' | 'binary-cross-entropy' | 'mse' | 'mae' | 'huber';
    readonly distillation?: { readonly temperature?: number; readonly weight?: number };
    readonly maxoutEpochs?: number;
    readonly lastEpochs?: number;
  };
  readonly weights?: { readonly keep: number; readonly iterations?: number; readonly sparse?: boolean };
  readonly quantize?: 'float16' | 'uint8';
  readonly until?: string;
  readonly metric?: 'accuracy' | 'binary-accuracy' | 'mean-iou' | 'mse' | 'mae' | 'r2';
  readonly seed?: number;
  readonly engine?: 'auto' | 'onnxruntime' | 'tensorflow';
  readonly threads?: number;
}

/** Which data, how it is read, and how its values are scaled. */
export interface DataChoice extends NumberScale {
  /** A path, or "digits", the built-in set. */
  readonly source: string;
  readonly validation?: number;
  readonly test?: number;
  readonly inputs?: readonly (string | number | InputChoice)[];
  readonly targets?: readonly (string | number | TargetChoice)[];
  readonly output?: string;
  readonly classes?: number | readonly string[];
  readonly header?: boolean;
  readonly image?: { readonly size?: readonly [height: number, width: number]; readonly colour?: 'grey' | 'rgb' };
  readonly palette?: string | readonly string[];
  readonly sequence?: { readonly length: number; readonly padding?: 'before' | 'after' };
  readonly augment?: { readonly flip?: boolean; readonly shift?: number };
  readonly faces?: { readonly least?: number };
}

export interface NumberScale {
  readonly scale?: number;
  /** One number, or one for each channel. */
  readonly mean?: number | readonly number[];
  readonly deviation?: number | readonly number[];
}

/** A column, or several that make up one vector, and the model's input it goes into. */
export interface InputChoice extends NumberScale {
  readonly from: string | number | readonly (string | number)[];
  readonly to?: string;
  readonly shape?: readonly number[];
}

/** A column, or several that make up one vector, and the model's output it is for. */
export interface TargetChoice {
  readonly from: string | number | readonly (string | number)[];
  readonly to?: string;
  readonly kind?: 'classes' | 'binary' | 'values';
}
