/** What the shell itself remembers between starts; nothing about people or messages. */
import { z } from 'zod';

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  state: z.enum(['normal', 'maximized']),
});

export const preferencesSchema = z.object({
  version: z.literal(1),
  /** The theme chosen in the store, for the colour of the window before the store opens. */
  theme: z.enum(['system', 'light', 'dark']),
  window: z.object({
    /** Display the window was last on. */
    lastDisplay: z.string().nullable(),
    byDisplay: z.record(z.string(), boundsSchema),
  }),
  hostedRelay: z.object({
    wanted: z.enum(['running', 'stopped']),
    /** Port it had; links that people were given point there. */
    port: z.number().int().min(1).max(65_535).nullable(),
  }),
});

export type WindowBounds = z.infer<typeof boundsSchema>;
export type Preferences = z.infer<typeof preferencesSchema>;

export const DEFAULT_PREFERENCES: Preferences = {
  version: 1,
  theme: 'system',
  window: { lastDisplay: null, byDisplay: {} },
  hostedRelay: { wanted: 'stopped', port: null },
};
