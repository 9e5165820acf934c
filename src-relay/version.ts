/** Version of the relay program, told by `/health` and `--version`. A test keeps it equal to package.json. */
export const RELAY_VERSION = '0.1.0';
