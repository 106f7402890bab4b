import { applicationsFollowing, isSameRepository, parseApplication, parseGitHubPush } from '@plumbline/core'
import { describe, expect, it } from 'vitest'

const application = (repoURL: string, targetRevision: string): ReturnType<typeof parseApplication> =>
  parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', namespace: 'argocd' },
    spec: { project: 'default', source: { repoURL, targetRevision, path: '.' }, destination: { server: 'https://kubernetes.default.svc' } },
  })

const push = (ref: string): ReturnType<typeof parseGitHubPush> =>
  parseGitHubPush({
    ref,
    after: '1'.repeat(40),
    repository: { html_url: 'https://github.com/acme/platform', default_branch: 'main' },
    commits: [{ added: ['a'], modified: ['b'], removed: ['a'] }],
  })

describe('addresses', () => {
  it.each([
    'git@github.com:2222/acme/platform.git',
    'https://github.com/acme/platform',
    'https://github.com/acme/platform.git',
    'https://user:token@github.com/Acme/Platform.git',
    'git@github.com:acme/platform.git',
    'ssh://git@github.com:22/acme/platform',
    'ssh://git@ssh.github.com:443/acme/platform.git',
  ])('%s is the repository', (url) => {
    expect(isSameRepository('https://github.com/acme/platform', url)).toBe(true)
  })

  it.each([
    'https://github.com/acme/platform2',
    'https://github.com/acme',
    'https://example.com/acme/platform',
    'git://github.com/acme/platform',
    '',
    'not a url',
    'https://github.com.evil.com/acme/platform',
  ])('%j is not', (url) => {
    expect(isSameRepository('https://github.com/acme/platform', url)).toBe(false)
  })
})

describe('a push', () => {
  it('is read', () => {
    expect(push('refs/heads/feature/x')).toMatchObject({ revision: 'feature/x', isHead: false, files: ['a', 'b'], after: '1'.repeat(40) })
  })

  it('concerns who follows its branch', () => {
    const url = 'https://github.com/acme/platform'
    expect(
      applicationsFollowing(push('refs/heads/main'), [application(url, 'main'), application(url, 'HEAD'), application(url, ''), application(url, 'other')]),
    ).toHaveLength(3)
    expect(applicationsFollowing(push('refs/tags/v1.2.0'), [application(url, 'v1.*'), application(url, 'main'), application(url, 'v1.2.0')])).toHaveLength(2)
  })

  it.each([null, 1, {}, { ref: 'refs/heads/main' }, { ref: 1, repository: { html_url: 'x' } }, { ref: 'refs/heads/main', repository: [] }])(
    'that is none is refused: %j',
    (payload) => {
      expect(() => parseGitHubPush(payload)).toThrow(/push payload: expected/)
    },
  )
})
