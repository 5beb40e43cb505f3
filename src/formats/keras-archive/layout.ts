// The entries of a .keras archive that matter here.
export const CONFIG = 'config.json';
export const WEIGHTS = 'model.weights.h5';
export const METADATA = 'metadata.json';
/** Texts that layers keep beside their weights. */
export const ASSETS = 'assets';
