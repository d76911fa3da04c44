// Jest's environment for Node, which skips a suite that needs a program that is not there (the S3 server, R, PostgreSQL):
// its tests are counted as skipped and its hooks do not run.
const { TestEnvironment } = require('jest-environment-node');

/** Part of a suite's name -> variable that says where the program is. */
const programs = {
  s3: 'NX_NOTEBOOK_TEST_VERSITYGW',
  r: 'NX_NOTEBOOK_TEST_R',
  postgres: 'NX_NOTEBOOK_TEST_POSTGRES',
};

module.exports = class extends TestEnvironment {
  #isLacking;

  constructor(config, context) {
    super(config, context);
    this.#isLacking = Object.entries(programs).some(
      ([name, variable]) =>
        new RegExp(`\\.${name}\\.((e2e|kernel)\\.)?spec\\.ts$`).test(
          context.testPath,
        ) && !process.env[variable],
    );
  }

  handleTestEvent(event, state) {
    if (event.name === 'run_start' && this.#isLacking)
      skip(state.rootDescribeBlock);
  }
};

/** A describe block does not hand its mode down once its children exist. */
function skip(block) {
  block.mode = 'skip';
  for (const child of block.children ?? []) skip(child);
}
