/** Ten steps from light to dark each; `dark` is what Mantine builds its dark scheme from. */
export const RAMPS = {
  steel: [
    '#eef3f8',
    '#dbe5ef',
    '#b8cbdf',
    '#8fadcb',
    '#6a92b9',
    '#4d7ba8',
    '#3a6894',
    '#2b567e',
    '#1f4468',
    '#143250',
  ],
  gray: [
    '#f6f8fa',
    '#eef1f4',
    '#e3e7ec',
    '#d5dae0',
    '#b6bec7',
    '#8b95a0',
    '#59636e',
    '#454e58',
    '#2f3740',
    '#1f262d',
  ],
  dark: [
    '#e4e8ec',
    '#c6ccd3',
    '#a3acb6',
    '#7e8893',
    '#545e69',
    '#39424c',
    '#272e36',
    '#1b2128',
    '#141920',
    '#0e1217',
  ],
  red: [
    '#fbe6e4',
    '#f6cfcb',
    '#eea59e',
    '#e47a70',
    '#dc584c',
    '#c4382c',
    '#b42318',
    '#a11d14',
    '#8f1d14',
    '#6e150e',
  ],
} as const

/** What the page is painted with, by purpose. */
export interface SchemeColours {
  page: string
  /** navigation, header, status bar, boxes */
  surface: string
  hover: string
  text: string
  textDimmed: string
  border: string
  borderStrong: string
  borderFaint: string
  /** links, the active item, what is selected */
  accentText: string
  accentBg: string
  focus: string
  goodText: string
  goodBg: string
  goodBorder: string
  goodMark: string
  warningText: string
  warningBg: string
  warningBorder: string
  warningMark: string
  dangerText: string
  dangerBg: string
  dangerBorder: string
  dangerMark: string
}

export const LIGHT: SchemeColours = {
  page: '#ffffff',
  surface: '#f6f8fa',
  hover: '#eef1f4',
  text: '#1f262d',
  textDimmed: '#59636e',
  border: '#d5dae0',
  borderStrong: '#b6bec7',
  borderFaint: '#e3e7ec',
  accentText: '#2b567e',
  accentBg: '#dbe5ef',
  focus: '#3a6894',
  goodText: '#0b5a43',
  goodBg: '#dff3ec',
  goodBorder: '#a9d8c8',
  goodMark: '#12805f',
  warningText: '#6b4a00',
  warningBg: '#fbf0d3',
  warningBorder: '#e3cd8e',
  warningMark: '#a36f00',
  dangerText: '#8f1d14',
  dangerBg: '#fbe6e4',
  dangerBorder: '#eea59e',
  dangerMark: '#b42318',
}

export const DARK: SchemeColours = {
  page: '#141920',
  surface: '#1b2128',
  hover: '#272e36',
  text: '#e4e8ec',
  textDimmed: '#a3acb6',
  border: '#2f3740',
  borderStrong: '#454e58',
  borderFaint: '#222930',
  accentText: '#8fadcb',
  accentBg: '#1f4468',
  focus: '#8fadcb',
  goodText: '#74d3b2',
  goodBg: '#13302a',
  goodBorder: '#1f5446',
  goodMark: '#4fc09a',
  warningText: '#f2cf7a',
  warningBg: '#332a12',
  warningBorder: '#5c4a1a',
  warningMark: '#e3b341',
  dangerText: '#ff9c92',
  dangerBg: '#3b1a18',
  dangerBorder: '#6e2a25',
  dangerMark: '#f0665a',
}
