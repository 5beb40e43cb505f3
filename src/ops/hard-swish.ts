// HardSwish: x × hard sigmoid of x with a slope of 1/6. https://onnx.ai/onnx/operators/onnx__HardSwish.html
import { elementwise, indicator } from './elementwise';

export const hardSwish = elementwise('HardSwish', {
  gradient: (tape, gradient, x) => {
    const third = tape.op('Add', [tape.op('Mul', [x, tape.float(1 / 3)]), tape.float(0.5)]);
    const inside = tape.op('And', [tape.op('Greater', [x, tape.float(-3)]), tape.op('Less', [x, tape.float(3)])]);
    const above = indicator(tape, tape.op('GreaterOrEqual', [x, tape.float(3)]));
    return tape.op('Mul', [gradient, tape.op('Where', [inside, third, above])]);
  },
  evaluate: (x, { tf }) => tf.mul(x, tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1)),
});
