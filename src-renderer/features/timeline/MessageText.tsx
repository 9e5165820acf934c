import clsx from 'clsx';
import { memo, useState, type MouseEvent } from 'react';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { splitLinks } from './links.ts';
import css from './MessageText.module.css';
import { foldedText, isLargeEmoji } from './text-shape.ts';

/** What somebody wrote: selectable, with links, folded when very long, emoji alone large. */
export const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  const { t } = useServices();
  const [isUnfolded, setIsUnfolded] = useState(false);
  const folded = foldedText(text);
  const shown = folded === null || isUnfolded ? text : folded;
  return (
    <>
      <div className={clsx(css['text'], isLargeEmoji(text) && css['large'])} dir="auto">
        {splitLinks(shown).map((part, index) =>
          part.type === 'text' ? part.text : <Link key={index} text={part.text} url={part.url} />,
        )}
      </div>
      {folded !== null && (
        <Button
          look="link"
          size="small"
          aria-expanded={isUnfolded}
          onClick={() => {
            setIsUnfolded(!isUnfolded);
          }}
        >
          {t(isUnfolded ? 'message.less' : 'message.more')}
        </Button>
      )}
    </>
  );
});

function Link({ text, url }: { readonly text: string; readonly url: string }) {
  const { perform } = useServices();
  // The page itself never goes anywhere: the shell opens the address in the browser.
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    void perform('app.openExternal', { url });
  };
  // The title is the address as the browser will read it, so that look-alike letters show.
  return (
    <a href={url} title={url} rel="noreferrer" onClick={open} onAuxClick={open}>
      {text}
    </a>
  );
}
