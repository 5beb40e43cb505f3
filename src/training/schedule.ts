// Learning rate schedules: the rate at a step of a training run.

export type ScheduleName = 'constant' | 'step' | 'cosine' | 'inv';

export interface Schedule {
  readonly name: ScheduleName;
  /** Rate at step 0. */
  readonly learningRate: number;
}

/** The "inv" policy of the paper's reference program: rate × (1 + γ × step)^−power. */
const INV_GAMMA = 0.0001;
const INV_POWER = 0.75;

/** The step schedule: a tenth after half of the run, a hundredth after three quarters (He et al. 2016). */
const STEP_FACTOR = 0.1;

/** @param step from 0, of `steps` in all. */
export function learningRateAt({ name, learningRate }: Schedule, step: number, steps: number): number {
  const progress = step / Math.max(1, steps);
  switch (name) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * STEP_FACTOR ** ((progress >= 0.5 ? 1 : 0) + (progress >= 0.75 ? 1 : 0));
    case 'cosine':
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
    case 'inv':
      return learningRate * (1 + INV_GAMMA * step) ** -INV_POWER;
  }
}
