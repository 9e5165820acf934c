/** First guesses of heights, before a row has been measured. Close is enough: corrections are invisible. */
import type { TimelineItem } from './timeline-items.ts';

const LINE_PX = 20;
const CHARACTERS_PER_LINE = 80;
const MAX_LINES = 20;

export function estimateHeight(item: TimelineItem | undefined): number {
  switch (item?.type) {
    case 'beginning':
      return 160;
    case 'day':
    case 'unread':
      return 37;
    case 'message': {
      const lines =
        Math.ceil(item.text.length / CHARACTERS_PER_LINE) + (item.text.split('\n', MAX_LINES).length - 1);
      const head = item.isGroupStart ? 27 : 0;
      const delivery = item.showsDelivery ? 18 : 0;
      return head + delivery + 3 + Math.min(Math.max(lines, 1), MAX_LINES) * LINE_PX;
    }
    default:
      return 34;
  }
}
