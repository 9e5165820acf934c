const KEY_NAMES: Readonly<Record<string, string>> = {
  plus: '+',
  space: ' ',
  esc: 'escape',
  return: 'enter',
  up: 'arrowup',
  down: 'arrowdown',
  left: 'arrowleft',
  right: 'arrowright',
  del: 'delete',
};

/** Whether a key press is the accelerator, written as in Electron (`CmdOrCtrl+Shift+K`). */
export function acceleratorMatches(accelerator: string, input: Electron.Input): boolean {
  const onMac = process.platform === 'darwin';
  const wanted = { control: false, shift: false, alt: false, meta: false };
  let key = '';
  for (const part of accelerator.toLowerCase().split('+')) {
    switch (part) {
      case 'cmdorctrl':
      case 'commandorcontrol':
        wanted[onMac ? 'meta' : 'control'] = true;
        break;
      case 'ctrl':
      case 'control':
        wanted.control = true;
        break;
      case 'cmd':
      case 'command':
      case 'super':
      case 'meta':
        wanted.meta = true;
        break;
      case 'alt':
      case 'option':
        wanted.alt = true;
        break;
      case 'shift':
        wanted.shift = true;
        break;
      default:
        key = KEY_NAMES[part] ?? part;
    }
  }
  const { control, shift, alt, meta } = input;
  return (
    input.key.toLowerCase() === key &&
    control === wanted.control &&
    shift === wanted.shift &&
    alt === wanted.alt &&
    meta === wanted.meta
  );
}
