export const startup = {
  'starting.label': 'Kith is starting',
  'unlock.title': 'Welcome back',
  'unlock.text': 'Your messages are locked with your passphrase.',
  'unlock.passphrase': 'Passphrase',
  'unlock.submit': 'Unlock',
  'unlock.busy': 'Unlocking…',
  'unlock.forgot': 'Forgot it? Use your recovery key',
  'unlock.usePassphrase': 'Use your passphrase instead',
  'recover.title': 'Use your recovery key',
  'recover.text': 'Type the recovery key you wrote down when you set up Kith, and choose a new passphrase.',
  'recover.keychainTitle': 'The keychain of this computer has changed',
  'recover.keychainText':
    'It no longer opens your messages. They are still here: type the recovery key you wrote down, and choose a new passphrase.',
  'recover.key': 'Recovery key',
  'recover.newPassphrase': 'New passphrase',
  'recover.submit': 'Open my messages',
  'failed.corruptTitle': 'Your messages could not be read',
  'failed.corruptText':
    'The file that holds them is damaged. It was moved aside and nothing was deleted. Quit Kith and start it again to begin anew, or put back a backup first.',
  'failed.inUseTitle': 'Kith is already running',
  'failed.inUseText':
    'Another Kith has your messages open. Use that window, or quit it and start Kith again.',
  'failed.tooNewTitle': 'A newer Kith was used here',
  'failed.tooNewText':
    'Your messages were saved by a newer version. Install that version or a later one, and start it again.',
  'failed.diskFullTitle': 'The disk is full',
  'failed.diskFullText': 'Free some space on this computer and start Kith again. Nothing was lost.',
  'failed.otherTitle': 'Kith could not start',
  'failed.otherText': 'Quit Kith and start it again. If that does not help, the details below say more.',
  'failed.details': 'Details',
  'recovered.title': 'Your messages on this computer are gone, your account is not',
  'recovered.text':
    'The file that held your messages was damaged and could not be read. You keep your username, and others can write to you as before. Messages that were still on their way are asked for again.',
  'recovered.moved': 'The damaged file was not changed. It is now at {path}.',
  'recovered.missing': 'The file itself was not found.',
  'recovered.understood': 'Understood',
} as const;
