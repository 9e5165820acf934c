import type { MediaFeature } from './host.ts';
import { StrictEmitter } from './strict.ts';

type Source = Electron.NativeTheme['themeSource'];

/** The desktop's own appearance, which a test may change by `standInSystem`. */
interface SystemTheme {
  dark: boolean;
  highContrast: boolean;
  reducedTransparency: boolean;
}

export class NativeTheme extends StrictEmitter {
  readonly shouldUseInvertedColorScheme = false;
  readonly shouldDifferentiateWithoutColor = false;
  private source: Source = 'system';
  private readonly system: SystemTheme = { dark: false, highContrast: false, reducedTransparency: false };
  private readonly onChange: () => void;

  constructor(onChange: () => void) {
    super('nativeTheme');
    this.onChange = onChange;
  }

  get themeSource(): Source {
    return this.source;
  }

  set themeSource(source: Source) {
    if (!['system', 'light', 'dark'].includes(source))
      throw new TypeError(`Error processing argument: ${source}`);
    const before = this.shouldUseDarkColors;
    this.source = source;
    this.onChange();
    if (before !== this.shouldUseDarkColors) this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return this.source === 'system' ? this.system.dark : this.source === 'dark';
  }

  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this.system.dark;
  }
  get shouldUseHighContrastColors(): boolean {
    return this.system.highContrast;
  }
  get inForcedColorsMode(): boolean {
    return this.system.highContrast;
  }
  get prefersReducedTransparency(): boolean {
    return this.system.reducedTransparency;
  }

  /** Stand-in only: as if the person changed the desktop's settings. */
  standInSystem(change: Partial<SystemTheme>): void {
    Object.assign(this.system, change);
    this.onChange();
    this.emit('updated');
  }

  /** @internal */
  mediaFeatures(): MediaFeature[] {
    return [
      { name: 'prefers-color-scheme', value: this.shouldUseDarkColors ? 'dark' : 'light' },
      { name: 'prefers-contrast', value: this.system.highContrast ? 'more' : 'no-preference' },
      {
        name: 'prefers-reduced-transparency',
        value: this.system.reducedTransparency ? 'reduce' : 'no-preference',
      },
    ];
  }
}
