// What a person may say about how data is read; everything has a default, or an error that asks for it.
import type { Normalization } from './dataset';
import type { PaletteChoice } from './images/palette';

export interface ReadOptions {
  /**
   * What a sample's inputs are made of. Default: every column that is no target. Of columns that are only named, single
   * numbers make up one vector together; the others are inputs of their own.
   */
  readonly inputs?: readonly (ColumnChoice | InputChoice)[];
  /** What a model should say, one for each of its outputs. Default: the column called label, target, class or y. */
  readonly targets?: readonly (ColumnChoice | TargetChoice)[];
  /** The output or target that alone decides, where there are several. Default: all of them. */
  readonly output?: string;
  /** What the model that is fed calls its inputs and outputs, each by one name or two: columns of such names are for them. */
  readonly ports?: Ports;
  /**
   * How many classes there are, where the labels are only some of them. Default: as many as the highest label says. Or
   * their names in the order of the model's outputs. Default: in the order of the names.
   */
  readonly classes?: number | readonly string[];
  /** Share of the samples for testing, where the data has no test part of its own. Default: a sixth. */
  readonly test?: number;
  /** CSV: whether the first line names the columns. Default: by looking at it. */
  readonly header?: boolean;
  readonly image?: ImageOptions;
  /** What the colours of masks stand for. Default: masks hold class indices. */
  readonly palette?: PaletteChoice;
  /** What sequences of different lengths are brought to. */
  readonly sequence?: SequenceOptions;
  readonly faces?: FaceOptions;
}

export interface Ports {
  readonly inputs?: readonly (readonly string[])[];
  /** Numbers that each of the inputs takes of a sample; undefined where any will do. */
  readonly sizes?: readonly (number | undefined)[];
  readonly outputs?: readonly (readonly string[])[];
  /** What pictures it takes, where one input takes such. */
  readonly picture?: ModelPicture | undefined;
}

/** A length that any will do for is null. */
export interface ModelPicture {
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number | null;
}

/** A column by its name or number: from 0; -1 is the last. */
export type ColumnChoice = string | number;

/** With a normalization of its own, or parts of one. */
export interface InputChoice extends Normalization {
  /** A column, or several that make up one vector. */
  readonly from: ColumnChoice | readonly ColumnChoice[];
  /** Which of the model's inputs it goes into. */
  readonly to?: string;
  /** What its numbers are: [28, 28, 1] of a row of 784. */
  readonly shape?: readonly number[];
}

export interface TargetChoice {
  readonly from: ColumnChoice | readonly ColumnChoice[];
  /** Which of the model's outputs it is for. */
  readonly to?: string;
  /** What the numbers are. Default: by looking at them, and at the model. */
  readonly kind?: 'classes' | 'binary' | 'values';
}

/** What pictures are brought to, and for whom. */
export type PictureOptions = Pick<ReadOptions, 'image' | 'ports'>;

export interface ImageOptions {
  /** Height and width that every image is brought to. */
  readonly size?: readonly [height: number, width: number];
  readonly colour?: 'grey' | 'rgb';
}

export interface SequenceOptions {
  readonly length: number;
  /** Where zeros are put and what is too long is cut. */
  readonly padding: 'before' | 'after';
}

export interface FaceOptions {
  /** Images that a person must have to be a class. */
  readonly least: number;
}

/** Of the training samples where there is no test part: as many as MNIST has, nearly. */
export const TEST_SHARE = 1 / 6;
