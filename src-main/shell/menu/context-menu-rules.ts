import type { ContextMenuParams } from 'electron';

type Role = 'cut' | 'copy' | 'paste' | 'selectAll';

export type TextFacts = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** Empty where there is nothing to do with text; the page has menus of its own for everything else. */
export function textMenuRoles({ isEditable, selectionText, editFlags }: TextFacts): readonly Role[] {
  const hasSelection = selectionText.trim() !== '';
  if (!isEditable) return hasSelection && editFlags.canCopy ? ['copy'] : [];
  return [
    ...(editFlags.canCut ? (['cut'] as const) : []),
    ...(editFlags.canCopy ? (['copy'] as const) : []),
    ...(editFlags.canPaste ? (['paste'] as const) : []),
    ...(editFlags.canSelectAll ? (['selectAll'] as const) : []),
  ];
}
