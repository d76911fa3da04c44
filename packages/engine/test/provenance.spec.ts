/** Where results say they come from. */
import { describe, expect, test } from '@jest/globals';
import { describeRun } from '../src/index.js';

const local = { user: 'ann', host: 'laptop' };

describe('the provenance of a run', () => {
  test('names the user and the machine', () => {
    const env = { AWS_SECRET_ACCESS_KEY: 'secret', CI: '' };
    expect(describeRun(env, local)).toEqual({ who: 'ann@laptop' });
  });

  test('on GitHub', () => {
    const env = {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'octocat',
      GITHUB_REF: 'refs/pull/42/merge',
      GITHUB_SHA: 'abc',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'team/notebooks',
      GITHUB_RUN_ID: '7',
      GITHUB_TOKEN: 'secret',
    };
    expect(describeRun(env, local)).toEqual({
      who: 'octocat',
      ref: 'refs/pull/42/merge',
      commit: 'abc',
      run: 'https://github.com/team/notebooks/actions/runs/7',
    });
    expect(describeRun({ GITHUB_ACTIONS: 'true' }, local)).toEqual({
      who: 'ann@laptop',
    });
  });

  test('on GitLab, without what may be secret in an address', () => {
    const env = {
      GITLAB_CI: 'true',
      GITLAB_USER_LOGIN: 'bob',
      CI_COMMIT_REF_NAME: 'main',
      CI_COMMIT_SHA: 'def',
      CI_JOB_URL: 'https://user:secret@gitlab.com/team/-/jobs/9?token=secret',
    };
    expect(describeRun(env, local)).toEqual({
      who: 'bob',
      ref: 'main',
      commit: 'def',
      run: 'https://gitlab.com/team/-/jobs/9',
    });
  });

  test('on other CI systems', () => {
    const env = {
      BUILD_URL: 'https://jenkins.example.com/job/1/',
      GIT_BRANCH: 'origin/main',
      GIT_COMMIT: 'x'.repeat(1000),
    };
    expect(describeRun(env, local)).toEqual({
      who: 'ci',
      ref: 'origin/main',
      commit: 'x'.repeat(300),
      run: 'https://jenkins.example.com/job/1/',
    });
    expect(describeRun({ CI: 'true' }, local)).toEqual({ who: 'ci' });
  });
});
