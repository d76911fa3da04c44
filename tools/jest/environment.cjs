// Jest's environment for Node, which skips a suite that needs the S3 server where there is none: its tests are counted
// as skipped and its hooks do not run.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  #lacksServer;

  constructor(config, context) {
    super(config, context);
    this.#lacksServer =
      /\.s3\.(e2e\.)?spec\.ts$/.test(context.testPath) &&
      !process.env.NX_NOTEBOOK_TEST_VERSITYGW;
  }

  handleTestEvent(event, state) {
    if (event.name === 'run_start' && this.#lacksServer)
      skip(state.rootDescribeBlock);
  }
};

/** A describe block does not hand its mode down once its children exist. */
function skip(block) {
  block.mode = 'skip';
  for (const child of block.children ?? []) skip(child);
}
