// What a model's file says it was compiled with, in Keras' sense: how it was trained.

export interface Compiled {
  /** Keras' name: "binary_crossentropy". */
  readonly loss?: string;
  readonly optimizer?: CompiledOptimizer;
}

/** What is absent, the file does not say. */
export interface CompiledOptimizer {
  /** The nearest of ours. */
  readonly name: 'sgd' | 'adam' | 'adamw';
  /** The file's own name, where it is another: RMSprop. */
  readonly called?: string;
  /** Of a schedule the rate it began with. */
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
}
