/** The few pictures beside words; 14 px, drawn with the text's colour, hidden from readers. */
export const ICON_PATHS = {
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5M6.75 7v3.75M9.25 7v3.75',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  plus: 'M8 3v10M3 8h10',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14',
  down: 'M4 6.5 8 10.5l4-4',
  check: 'M3 8.5 6.5 12 13 4.5',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  up: 'M4 9.5 8 5.5l4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.75V8l2.25 1.5',
  bell: 'M3.5 11.5h9L11.25 9.5V7a3.25 3.25 0 0 0-6.5 0v2.5zM7 13.5h2',
} as const
