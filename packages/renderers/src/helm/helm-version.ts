// The two versions of Helm that are followed, and what they say of themselves.

/** Which Helm is followed. */
export type HelmVersion = 3 | 4

export const helmVersions: Readonly<Record<HelmVersion, { readonly text: string; readonly commit: string; readonly kubernetes: string; readonly go: string }>> =
  {
    3: { text: 'v3.16.4', commit: '7877b45b63f95635153b29a42c0c2f4273ec45ca', kubernetes: 'v1.31.0', go: 'go1.22.7' },
    4: { text: 'v4.1.4', commit: '05fa37973dc9e42b76e1d2883494c87174b6074f', kubernetes: 'v1.35.0', go: 'go1.25.9' },
  }

/** The minor version of Go 1 with which it was made. */
export function goVersionOf(helm: HelmVersion): number {
  return Number(helmVersions[helm].go.split('.')[1])
}
