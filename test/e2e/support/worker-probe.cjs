/** Keeps the thread that the app started last where a test can end it. */
process.on('worker', (worker) => {
  globalThis.lastWorker = worker;
});
