import { ContextMenu } from 'radix-ui';
import { createContext, useContext, useRef, type ReactElement, type ReactNode } from 'react';
import css from './Menu.module.css';

export interface MenuEntry {
  readonly key: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly look?: 'plain' | 'danger';
  readonly onSelect: () => void;
}

interface RowMenuProps {
  readonly entries: readonly MenuEntry[];
  /** One element that takes a ref. */
  readonly children: ReactElement;
}

/** The landmark that menus belong to; without one they stand at the end of the page. */
export const MenuContainer = createContext<HTMLElement | null>(null);

/** The menu that a right click or the menu key opens. Not modal: Radix's scroll lock adds a style element. */
export function RowMenu({ entries, children }: RowMenuProps) {
  const container = useContext(MenuContainer);
  const chosen = useRef<(() => void) | null>(null);
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal container={container}>
        <ContextMenu.Content
          className={css['menu']}
          loop
          onCloseAutoFocus={() => {
            // Only once the row has the focus again: a dialog gives it back to where it was.
            const select = chosen.current;
            chosen.current = null;
            if (select !== null) queueMicrotask(select);
          }}
        >
          {entries.map(({ key, label, icon, look = 'plain', onSelect }) => (
            <ContextMenu.Item
              key={key}
              className={css['item']}
              data-look={look}
              onSelect={() => {
                chosen.current = onSelect;
              }}
            >
              {icon}
              {label}
            </ContextMenu.Item>
          ))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
