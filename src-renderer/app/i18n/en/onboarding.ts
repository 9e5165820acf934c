export const onboarding = {
  'onboarding.progress': 'Step {step} of {steps}',
  'onboarding.name.title': 'What is your name?',
  'onboarding.name.text': 'People you write with see it. You can change it later.',
  'onboarding.name.field': 'Your name',
  'onboarding.username.field': 'Username',
  'onboarding.username.hint':
    'People find you by it. 3 to 32 letters a–z, digits, dots, hyphens or underscores, beginning with a letter.',
  'onboarding.username.invalid':
    'Use 3 to 32 letters a–z, digits, dots, hyphens or underscores. Begin with a letter, and do not end with a dot.',
  'onboarding.name.missing': 'Type your name.',
  'onboarding.relay.title': 'Choose a relay',
  'onboarding.relay.text':
    'A relay passes sealed messages between people. It cannot read them. Everybody you write with uses the same relay.',
  'onboarding.relay.field': 'Join link or address',
  'onboarding.relay.hint': 'Somebody who uses the relay can send you the link.',
  'onboarding.relay.placeholder': 'kith://relay?url=…',
  'onboarding.relay.invalid':
    'That is not a relay link. It looks like kith://relay?url=… or https://relay.example.org.',
  'onboarding.relay.or': 'or',
  'onboarding.relay.host': 'Host a relay on this computer',
  'onboarding.relay.hostText': 'For you and people nearby. It runs while Kith is open.',
  'onboarding.relay.starting': 'Starting the relay…',
  'onboarding.relay.running': 'The relay runs at {url}',
  'onboarding.relay.share': 'Send this link to the people you want to invite:',
  'onboarding.relay.useOther': 'Use another relay',
  'onboarding.protect.title': 'Protect your messages',
  'onboarding.protect.passphraseText':
    'Your messages are locked on this computer with a passphrase. Kith asks for it at every start.',
  'onboarding.protect.keychainText':
    'Your messages are locked on this computer, and its keychain opens them for you. Next you get a recovery key, in case the keychain is ever lost.',
  'onboarding.protect.passphrase': 'Passphrase',
  'onboarding.protect.repeat': 'Repeat the passphrase',
  'onboarding.protect.short': 'Use at least {count} characters.',
  'onboarding.protect.differs': 'The two passphrases differ.',
  'onboarding.protect.create': 'Make my recovery key',
  'onboarding.strength.weak': 'Easy to guess. Several unrelated words are better.',
  'onboarding.strength.fair': 'Fair. One more word makes it strong.',
  'onboarding.strength.strong': 'Strong.',
  'recoveryKey.title': 'Write down your recovery key',
  'recoveryKey.text':
    'It is the only way back to your messages if this computer no longer opens them. It is shown only this once.',
  'recoveryKey.againText':
    'Kith was closed before you confirmed the last one, so this is a new one. It is the only way back to your messages if this computer no longer opens them.',
  'recoveryKey.key': 'Your recovery key',
  'recoveryKey.copy': 'Copy recovery key',
  'recoveryKey.confirm': 'I have written it down',
  'onboarding.finish': 'Finish',
  'onboarding.finishing': 'Setting up…',
} as const;
