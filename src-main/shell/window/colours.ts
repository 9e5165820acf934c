/** The window's colour before its page has painted, so that nothing flashes. `--bg` of the interface's themes. */
export function backgroundColour(theme: 'light' | 'dark'): string {
  return theme === 'dark' ? '#171715' : '#faf9f6';
}
