import css from './Logo.module.css';

/** Two speech bubbles that lean on each other. Decoration: the name stands in words elsewhere. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg className={css['logo']} width={size} height={size} viewBox="0 0 40 40" aria-hidden="true">
      <path
        className={css['back']}
        d="M22 6h5a8 8 0 0 1 8 8v6a8 8 0 0 1-3 6.2V31l-5-3h-5a8 8 0 0 1-8-8v-6a8 8 0 0 1 8-8Z"
      />
      <path
        className={css['front']}
        d="M13 12h6a8 8 0 0 1 8 8v5a8 8 0 0 1-8 8h-5l-6 4v-6a8 8 0 0 1-3-6v-5a8 8 0 0 1 8-8Z"
      />
    </svg>
  );
}
