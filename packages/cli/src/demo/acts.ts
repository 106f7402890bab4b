// The acts of the demo: what happens between a push and a cluster that matches it, shown step by step and checked as it goes.
import { defaultFieldManager, diffObjects, formatDiff, formatPlan, formatResourceId, isRecord, valueAt } from '@plumbline/core'
import type { KubernetesObject, SyncPlan, SyncStep } from '@plumbline/core'
import { readManifests } from './manifests.ts'
import type { Setting } from './setting.ts'
import type { Stage } from './stage.ts'
import { applicationsTable } from '../commands/apps.ts'
import { formatTable } from '../format-table.ts'

const names = ['root-app', 'argocd', 'kube-prometheus-stack'] as const
const monitoring = 'kube-prometheus-stack'
const namespace = 'monitoring'
const rules = { group: 'monitoring.coreos.com', plural: 'prometheusrules' }
const monitors = { group: 'monitoring.coreos.com', plural: 'servicemonitors' }
const configMaps = { group: '', plural: 'configmaps' }

/** Apply the app of apps and wait for everything under it. */
export async function bootstrap(setting: Setting, stage: Stage): Promise<void> {
  stage.act('Apply root-app, the app of apps')
  const [root] = readManifests(setting.files['root-app.yaml'] ?? '')
  if (root === undefined) throw new Error('root-app.yaml holds no manifest')
  const seen = new Set<string>()
  const end = setting.controller.engine.subscribe((event) => {
    if (event.type === 'sync.started') stage.tell(`${shortName(event.application)}: sync of ${event.steps} objects started`)
    if (event.type === 'sync.finished') stage.tell(`${shortName(event.application)}: ${event.phase}, ${event.message}`)
    if (event.type === 'application.compared' && !seen.has(`${event.application} ${event.health}`) && event.health === 'Healthy') {
      seen.add(`${event.application} ${event.health}`)
      stage.tell(`${shortName(event.application)}: ${event.status}, ${event.health}`)
    }
  })
  setting.cluster.api.create(root as Parameters<typeof setting.cluster.api.create>[0], { fieldManager: 'kubectl-create' })
  stage.show('kubectl create -f root-app.yaml', 'application.argoproj.io/root-app created')
  await setting.until('every application Synced and Healthy', () => names.every((name) => isSettled(setting, name)))
  end()
  stage.prove(`${names.length} applications Synced and Healthy, ${managedObjects(setting).filter((isThere) => isThere()).length} objects in the cluster`)
  showApplications(setting, stage)
}

/** The push the reference setup is about: a changed rule, a new rule, a new monitor, a new dashboard. */
export async function updateConfiguration(setting: Setting, stage: Stage): Promise<void> {
  stage.act('Push "Update Prometheus configuration"')
  const changed = 'gitops/apps/monitoring/rules/node.yaml'
  const before = setting.files[changed] ?? ''
  const files = {
    [changed]: before.replace(/for: \d+m/, 'for: 12m'),
    'gitops/apps/monitoring/rules/checkout.yaml': checkoutRule,
    'gitops/apps/monitoring/monitors/checkout.yaml': checkoutMonitor,
    'gitops/apps/monitoring/dashboards/checkout.yaml': checkoutDashboard,
  }
  const renders = setting.controller.engine.counters.renders
  const remote = { ...setting.controller.git.requests }
  const watch = watchSync(setting, stage)
  const started = performance.now()
  const revision = await setting.work.push('Update Prometheus configuration', files)
  stage.show('git push origin main', `${revision.slice(0, 7)} Update Prometheus configuration (${Object.keys(files).length} files)`)
  await setting.until('the push synced', () => isSettled(setting, monitoring) && isAt(setting, monitoring, revision))
  const milliseconds = performance.now() - started
  watch.end()
  const push = setting.lastPush()
  for (const { application, reason } of push?.affected ?? []) stage.prove(`affected:     ${shortName(application)} (${reason})`)
  for (const { application, reason } of push?.unaffected ?? []) stage.prove(`not affected: ${shortName(application)} (${reason})`)
  stage.tell('the difference')
  stage.quote(watch.differences())
  stage.tell('the plan')
  stage.quote(watch.plans())
  const made = [
    setting.cluster.api.get(rules, namespace, 'checkout'),
    setting.cluster.api.get(monitors, namespace, 'checkout'),
    setting.cluster.api.get(configMaps, namespace, 'dashboard-checkout'),
  ]
  if (made.some((object) => object === undefined)) throw new Error('the push is reported Synced, but an object is missing')
  const rendered = setting.controller.engine.counters.renders - renders
  const [asked, fetched] = [setting.controller.git.requests.listRefs - remote.listRefs, setting.controller.git.requests.fetch - remote.fetch]
  stage.prove(`PrometheusRule, ServiceMonitor and dashboard live; Synced ${Math.round(milliseconds)} ms after git push began`)
  stage.prove(`for all three applications: ${asked} question to the Git server, ${fetched} fetch, ${rendered} rendering`)
  stage.show(`kubectl get events -n argocd --field-selector involvedObject.name=${monitoring}`, eventsTable(setting, revision))
  showApplications(setting, stage)
}

/** Someone edits a managed ConfigMap; the controller puts it back. */
export async function healLiveEdit(setting: Setting, stage: Stage): Promise<void> {
  stage.act('Edit a dashboard live, and watch it healed')
  const live = setting.cluster.api.get(configMaps, namespace, 'dashboard-checkout')
  if (live === undefined) throw new Error('the dashboard is not there')
  const watch = watchSync(setting, stage)
  const started = performance.now()
  const edited = { ...live, data: { ...(isRecord(live['data']) ? live['data'] : {}), 'checkout.json': '{"title": "edited by hand"}' } }
  setting.cluster.api.update(edited, { fieldManager: 'kubectl-edit' })
  stage.show(`kubectl edit configmap dashboard-checkout -n ${namespace}`, 'configmap/dashboard-checkout edited')
  const isHealed = (): boolean => {
    const data = setting.cluster.api.get(configMaps, namespace, 'dashboard-checkout')?.['data']
    return isSettled(setting, monitoring) && isRecord(data) && !String(data['checkout.json']).includes('edited by hand')
  }
  await setting.until('the live edit healed', isHealed)
  watch.end()
  stage.prove(`the ConfigMap is as in git again, ${Math.round(performance.now() - started)} ms after the edit`)
}

/** A rule leaves git, and with it the cluster. */
export async function pruneRule(setting: Setting, stage: Stage): Promise<void> {
  stage.act('Remove a rule from git, and watch it pruned')
  const watch = watchSync(setting, stage)
  const revision = await setting.work.push('Drop the checkout rules', { 'gitops/apps/monitoring/rules/checkout.yaml': null })
  stage.show('git push origin main', `${revision.slice(0, 7)} Drop the checkout rules`)
  await setting.until(
    'the rule pruned',
    () => setting.cluster.api.get(rules, namespace, 'checkout') === undefined && isSettled(setting, monitoring) && isAt(setting, monitoring, revision),
  )
  watch.end()
  stage.quote(watch.plans())
  stage.prove('PrometheusRule checkout is gone; nothing else was touched')
}

/** A broken manifest is reported where an operator looks, and nothing is lost. */
export async function reportBrokenManifest(setting: Setting, stage: Stage): Promise<void> {
  stage.act('Push a broken manifest, and see it reported with nothing lost')
  const before = managedObjects(setting)
  const path = 'gitops/apps/monitoring/rules/broken.yaml'
  const revision = await setting.work.push('Add a rule in a hurry', { [path]: brokenRule })
  stage.show('git push origin main', `${revision.slice(0, 7)} Add a rule in a hurry`)
  const condition = (): string | undefined => setting.application(monitoring)?.status?.conditions?.find(({ type }) => type === 'ComparisonError')?.message
  await setting.until('the broken manifest reported', () => condition() !== undefined)
  stage.quote(`ComparisonError: ${condition() ?? ''}`)
  showApplications(setting, stage)
  const lost = before.filter((isThere) => !isThere())
  if (lost.length > 0) throw new Error(`${lost.length} objects were lost to a broken manifest`)
  stage.prove(`all ${before.length} objects are still in the cluster`)
  const fixed = await setting.work.push('Take the broken rule back', { [path]: null })
  stage.show('git push origin main', `${fixed.slice(0, 7)} Take the broken rule back`)
  await setting.until('the repair', () => condition() === undefined && isSettled(setting, monitoring))
  stage.prove('Synced and Healthy again')
}

/** Follows the syncs of an act: tells each write as it happens, keeps plans and differences. */
function watchSync(setting: Setting, stage: Stage): { end(): void; plans(): string; differences(): string } {
  const plans: string[] = []
  const differences: string[] = []
  const changing = new Set<string>()
  let unchanged = 0
  const ends = [
    setting.controller.engine.onPlan((_application, plan) => {
      plans.push(formatPlan(plan))
      for (const step of plan.steps) if (step.isModified) changing.add(formatResourceId(step.id))
      differences.push(...differencesOfPlan(setting, plan))
    }),
    setting.controller.engine.subscribe((event) => {
      if (event.type === 'sync.started') stage.tell(`${shortName(event.application)}: OutOfSync, sync started`)
      if (event.type === 'resource.applied' && changing.has(formatResourceId(event.id))) stage.tell(`  ${event.message}`)
      else if (event.type === 'resource.applied') unchanged++
      if (event.type === 'resource.pruned' || event.type === 'resource.failed') stage.tell(`  ${formatResourceId(event.id)} ${event.message}`)
      if (event.type !== 'sync.finished') return
      if (unchanged > 0) stage.tell(`  ${unchanged} objects are as they should be`)
      unchanged = 0
      stage.tell(`${shortName(event.application)}: ${event.phase}, ${event.message}`)
    }),
  ]
  return {
    end: () => {
      for (const end of ends) end()
    },
    plans: () => plans.join('\n'),
    differences: () => differences.join('\n'),
  }
}

/** Asked when a plan is made, so before it is carried out. */
function differencesOfPlan(setting: Setting, plan: SyncPlan): string[] {
  return plan.steps.filter(({ isModified, action }) => isModified && action === 'apply').flatMap((step) => differencesOfStep(setting, step))
}

function differencesOfStep(setting: Setting, { id, object }: SyncStep): string[] {
  if (object === undefined) return []
  const type = setting.cluster.api.resourceOf(object)
  const live = type === undefined ? undefined : setting.cluster.api.get({ group: type.group, plural: type.plural }, id.namespace, id.name)
  if (live === undefined) return [`+ ${formatResourceId(id)}`]
  const diff = diffObjects(object, live as unknown as KubernetesObject, { prediction: { mode: 'ownership', fieldManager: defaultFieldManager } })
  return [
    `~ ${formatResourceId(id)}`,
    ...formatDiff(diff, object)
      .split('\n')
      .map((line) => `    ${line}`),
  ]
}

function isSettled(setting: Setting, name: string): boolean {
  const application = setting.application(name)
  const status = application?.status
  return (
    status?.sync?.status === 'Synced' &&
    status.health?.status === 'Healthy' &&
    status.operationState?.phase === 'Succeeded' &&
    application?.operation === undefined
  )
}

function isAt(setting: Setting, name: string, revision: string): boolean {
  const status = setting.application(name)?.status
  return status?.sync?.revision === revision && status.operationState?.syncResult?.revision === revision
}

/** Every object that the applications manage, as a question whether it is in the cluster. */
function managedObjects(setting: Setting): (() => boolean)[] {
  return names.flatMap((name) =>
    (setting.application(name)?.status?.resources ?? []).map(({ group = '', version, kind, namespace = '', name: object }) => {
      const type = setting.cluster.api.resourceOf({ apiVersion: group === '' ? version : `${group}/${version}`, kind })
      return () => type !== undefined && setting.cluster.api.get({ group: type.group, plural: type.plural }, namespace, object) !== undefined
    }),
  )
}

function showApplications(setting: Setting, stage: Stage): void {
  const applications = [...setting.controller.store.list()].sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''))
  stage.show('kubectl get applications -n argocd', applicationsTable(applications))
}

/** Events of the last push: those of the sync and of what came after. */
function eventsTable(setting: Setting, revision: string): string {
  const events = setting.cluster.api
    .list({ group: '', plural: 'events' }, 'argocd')
    .filter((event) => valueAt(event, 'involvedObject', 'name') === monitoring)
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
  const first = events.findIndex((event) => String(event['message']).includes(revision))
  const rows = events.slice(Math.max(first, 0)).map((event) => [String(event['type']), String(event['reason']), String(event['message'])])
  return formatTable(['TYPE', 'REASON', 'MESSAGE'], rows)
}

function shortName(application: string): string {
  return application.slice(application.indexOf('/') + 1)
}

const checkoutRule = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: checkout
  namespace: monitoring
  labels:
    release: kube-prometheus-stack
spec:
  groups:
    - name: checkout
      rules:
        - alert: CheckoutErrorBudgetBurn
          expr: sum(rate(checkout_requests_total{code=~"5.."}[5m])) / sum(rate(checkout_requests_total[5m])) > 0.02
          for: 5m
          labels:
            severity: critical
          annotations:
            summary: More than 2 % of checkouts fail.
`

const checkoutMonitor = `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: checkout
  namespace: monitoring
  labels:
    release: kube-prometheus-stack
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: checkout
  namespaceSelector:
    matchNames:
      - shop
  endpoints:
    - port: metrics
      interval: 15s
`

const checkoutDashboard = `apiVersion: v1
kind: ConfigMap
metadata:
  name: dashboard-checkout
  namespace: monitoring
  labels:
    grafana_dashboard: "1"
data:
  checkout.json: |-
    {
      "title": "Checkout",
      "uid": "checkout",
      "panels": [
        { "type": "timeseries", "title": "Requests", "targets": [{ "expr": "sum(rate(checkout_requests_total[5m])) by (code)" }] }
      ]
    }
`

const brokenRule = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: hurry
  namespace: monitoring
spec:
  groups:
    - name: hurry
      rules: [
`
