// Plain JavaScript with old syntax on purpose: it must run, and say what to do, on the very Node that is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `iam-bridge needs Node 22.19 or newer, and this is ${process.version}.\n` +
      'Run `npm ci` without --omit=optional: it brings Node 24 along for Linux, macOS and Windows on x64 and arm64.\n' +
      'On another platform, install Node 24 and run the command again.',
  );
  process.exit(2);
}
