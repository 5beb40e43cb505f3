// The strokes of each digit, in the ways people write them. The rest of the variety comes from hand.ts.

export interface TemplatePoint {
  /** Hundredths of a digit's height, to the right and down; 0, 0 is the middle. */
  readonly x: number;
  readonly y: number;
  /** The pen turns sharply here. */
  readonly corner: boolean;
}
/** What is drawn without lifting the pen: a smooth curve through the points. */
export type TemplateStroke = readonly TemplatePoint[];
export type Template = readonly TemplateStroke[];

/** By digit, then by style (all as frequent), then by stroke: its points x,y with ! at corners. */
const STROKES: readonly (readonly (readonly string[])[])[] = [
  [
    // an oval from the top, closed
    ['4,-50 -16,-43 -28,-22 -31,4 -24,32 -4,49 16,45 28,24 31,-2 24,-30 6,-49 -6,-48'],
    // begun at the upper right, the end runs into the inside
    ['18,-43 0,-50 -19,-38 -29,-8 -26,22 -10,46 9,48 25,27 30,-4 20,-34 2,-42 -9,-36'],
    // narrow and clockwise, left a little open at the top
    ['-10,-45 6,-49 20,-34 25,-4 21,28 7,48 -10,46 -22,24 -25,-6 -18,-32'],
  ],
  [
    // a plain stick
    ['2,-50 0,0 -2,50'],
    // with a flag
    ['-14,-29 -5,-38 5,-50! 3,0 1,50'],
    // with a flag and a foot
    ['-15,-32 -5,-40 4,-50! 2,0 1,48', '-20,49 0,48 21,48'],
  ],
  [
    // a sharp turn at the lower left
    ['-26,-29 -16,-45 4,-50 22,-40 23,-20 7,10 -28,47! 0,46 30,46'],
    // a loop there
    ['-26,-31 -10,-48 14,-46 24,-26 11,4 -12,36 -25,46 -28,36 -17,31 2,42 17,48 33,42'],
    // a round back that runs into a wavy foot
    ['-20,-38 -2,-50 20,-41 21,-17 2,14 -24,44! -8,36 12,46 32,38'],
  ],
  [
    // two round bows
    ['-24,-37 -8,-50 15,-46 22,-27 10,-9 -7,-3! 14,1 28,20 20,42 -2,50 -26,38'],
    // a flat top
    ['-24,-47 0,-48 23,-48! -4,-9! 17,-5 28,16 18,42 -6,50 -28,38'],
    // a small loop in the middle
    ['-22,-40 -2,-50 19,-39 15,-14 -4,-1 -11,-6 -1,-9 20,6 25,30 6,49 -24,42'],
  ],
  [
    // open: an L, then the stem
    ['-19,-46 -24,-20 -29,7! 0,7 31,5', '14,-36 12,4 9,50'],
    // closed: down the slope, along, then the stem from the top
    ['10,-50 -10,-18 -31,14! 0,15 32,13', '11,-49 11,0 10,50'],
    // open and round, like a u with a long stem
    ['-24,-44 -28,-14 -16,3 4,2 19,-8', '21,-46 18,0 11,50'],
  ],
  [
    // the hat drawn last
    ['-20,-46 -22,-24 -24,-5! -2,-14 20,-2 26,22 12,45 -10,50 -28,40', '-20,-46 2,-47 27,-49'],
    // in one go from the right
    ['26,-48 4,-47 -17,-46! -19,-26 -22,-7! 0,-15 21,-2 25,24 8,46 -24,44'],
    // round, nearly an s
    ['26,-47 4,-50 -17,-38 -15,-16 8,-5 24,15 16,42 -8,50 -28,40'],
  ],
  [
    // a curved back
    ['18,-50 -7,-33 -25,2 -25,34 -6,50 19,43 26,21 12,4 -8,8 -24,27'],
    // a straight back, a small bowl
    ['4,-50 -13,-15 -25,24 -8,49 16,45 22,26 6,12 -20,26'],
    // a hook at the top, the bowl left open
    ['23,-40 9,-50 -13,-33 -26,5 -20,40 3,50 24,34 18,8 -2,4 -14,15'],
  ],
  [
    // two lines
    ['-29,-44 0,-46 29,-46! 7,2 -8,50'],
    // with a bar
    ['-29,-43 0,-46 28,-46! 9,0 -5,50', '-15,3 3,1 22,-1'],
    // a small serif, a curved stem
    ['-29,-32 -28,-46! 0,-42 29,-46! 8,-8 0,50'],
  ],
  [
    // one line, beginning and ending at the upper right
    ['19,-37 1,-50 -19,-37 -13,-15 9,3 24,25 14,47 -6,50 -23,36 -18,14 4,-6 20,-23 20,-38 9,-48'],
    // two rings
    ['0,-50 -19,-40 -17,-14 2,-4 18,-16 18,-40 0,-50', '2,-4 -22,12 -21,39 2,50 24,38 22,11 2,-4'],
    // open at the top
    ['24,-45 2,-50 -18,-37 -10,-14 12,6 22,30 4,50 -18,37 -12,12 8,-10 27,-40'],
  ],
  [
    // a straight stem
    ['23,-37 4,-50 -20,-40 -24,-16 -6,-3 15,-14 24,-39! 20,8 14,50'],
    // a curved tail
    ['23,-33 4,-50 -20,-40 -24,-16 -6,-2 16,-12 25,-36! 27,8 14,42 -8,50 -25,40'],
    // the bowl in one swing with a slanted stem
    ['16,-44 -6,-49 -23,-32 -18,-10 2,-6 20,-24 22,-42 17,-10 4,24 -8,50'],
  ],
];

/** By digit, then by style. */
export const TEMPLATES: readonly (readonly Template[])[] = STROKES.map((styles) =>
  styles.map((strokes) => strokes.map((stroke) => stroke.split(' ').map(point))),
);

function point(text: string): TemplatePoint {
  const [x, y] = text.replace('!', '').split(',').map(Number);
  return { x: x as number, y: y as number, corner: text.endsWith('!') };
}
