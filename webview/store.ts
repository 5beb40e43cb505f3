// Holds the page's state and draws it, once a frame at most.
export interface Store<State> {
  readonly state: State;
  update(change: (state: State) => State): void;
}

export function createStore<State>(initial: State, draw: (state: State) => void): Store<State> {
  let state = initial;
  let scheduled = false;
  return {
    get state() {
      return state;
    },
    update(change) {
      state = change(state);
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        draw(state);
      });
    },
  };
}
