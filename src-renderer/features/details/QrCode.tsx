import { create } from 'qrcode';
import { useMemo } from 'react';
import { bytesFromBase64 } from './safety-number.ts';

interface QrCodeProps {
  /** The bytes to show, base64. */
  readonly base64: string;
  readonly label: string;
  readonly className?: string | undefined;
}

/** Light modules around the code that scanners need (ISO/IEC 18004 asks for four). */
const QUIET_ZONE = 4;

/** One SVG path, always dark on white: many scanners do not read inverted codes. */
export function QrCode({ base64, label, className }: QrCodeProps) {
  const { path, side } = useMemo(() => qrPath(bytesFromBase64(base64)), [base64]);
  return (
    <svg role="img" aria-label={label} className={className} viewBox={`0 0 ${String(side)} ${String(side)}`}>
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#000000" shapeRendering="crispEdges" />
    </svg>
  );
}

function qrPath(data: Uint8Array): { readonly path: string; readonly side: number } {
  const { modules } = create([{ data, mode: 'byte' }], { errorCorrectionLevel: 'L' });
  let path = '';
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column) === 1) {
        path += `M${String(column + QUIET_ZONE)} ${String(row + QUIET_ZONE)}h1v1h-1z`;
      }
    }
  }
  return { path, side: modules.size + 2 * QUIET_ZONE };
}
