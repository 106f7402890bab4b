// Certificates and secrets: cert-manager, External Secrets, Sealed Secrets, 1Password. Follows argo-cd `resource_customizations` of their groups.
import { valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { conditions, conditionsOf, firstOf, isStale, messageOf, on, provided, ready, say, statusText, textOf, waiting, when } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

const clusterExternalSecret: Check = (object) => {
  // The operator appends: the last condition is the one that holds.
  const last = conditionsOf(object).at(-1)
  if (last?.['status'] === 'True') {
    if (last['type'] === 'Ready') return say('Healthy', messageOf(last))
    if (last['type'] === 'PartiallyReady' || last['type'] === 'NotReady') return say('Degraded', messageOf(last))
  }
  return say('Progressing', 'Waiting for ClusterExternalSecret')
}

const oldExternalSecret: Check = (object) => {
  const status = statusText(object, 'status')
  if (status === 'SUCCESS') return say('Healthy', 'Fetched ExternalSecret.')
  if (status?.startsWith('ERROR') === true) return say('Degraded', status.replaceAll('ERROR, ', ''))
  return say('Progressing', 'Waiting for ExternalSecret.')
}

const managedCertificate: Check = (object) => {
  const domains = conditionsOf(object, 'status', 'domainStatus')
  if (domains.some(({ status }) => status === 'FailedNotVisible')) return say('Degraded', 'At least one certificate has failed to be provisioned')
  if (valueAt(object, 'status', 'certificateStatus') === 'Active') return say('Healthy', 'All certificates are active')
  return say('Progressing', 'At least one certificate is still being provisioned')
}

/** States of ACME: the reason is told where there is one. */
const acme =
  (what: string, tellsReason: boolean): Check =>
  (object) => {
    const state = statusText(object, 'state') ?? ''
    const title = `${what} is ${state}`
    if (state === '') return say('Progressing', `Waiting for ${what.toLowerCase()}`)
    if (state === 'valid') return say('Healthy', title)
    const reason = statusText(object, 'reason') ?? title
    return ['invalid', 'expired', 'errored'].includes(state) ? say('Degraded', reason) : say('Progressing', tellsReason ? reason : title)
  }

const certificateRequest = firstOf(
  conditions(on(['Denied', 'InvalidRequest'], 'True', 'Degraded')),
  conditions(
    on('Ready', 'True', 'Healthy'),
    provided(on('Ready', '', 'Progressing'), ({ reason }) => reason === 'Pending'),
    on('Ready', '', 'Degraded'),
  ),
  waiting('Waiting for certificate request'),
)

const bundle = firstOf(
  conditions(
    on('Synced', 'True', 'Healthy', { orElse: 'Bundle is synced' }),
    on('Synced', '', 'Degraded', ({ message, reason }) => textOf(message) ?? textOf(reason) ?? 'Bundle is not synced'),
  ),
  waiting('Waiting for Bundle to be synced'),
)

const sealedSecret = firstOf(
  when((object) => isStale(object), waiting('Waiting for Sealed Secret to be decrypted')),
  ready('Waiting for Sealed Secret to be decrypted', 'Synced'),
)

export const secretHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('cert-manager.io', 'Certificate', firstOf(conditions(on('Issuing', 'True', 'Progressing')), ready('Waiting for certificate'))),
  defineHealthCheck('cert-manager.io', 'ClusterIssuer', ready('Initializing ClusterIssuer')),
  defineHealthCheck('cert-manager.io', 'Issuer', ready('Initializing issuer')),
  defineHealthCheck('cert-manager.io', 'CertificateRequest', certificateRequest),
  defineHealthCheck('acme.cert-manager.io', 'Challenge', acme('Challenge', true)),
  defineHealthCheck('acme.cert-manager.io', 'Order', acme('Order', false)),
  defineHealthCheck('trust.cert-manager.io', 'Bundle', bundle),
  defineHealthCheck('certmanager.k8s.io', 'Certificate', ready('Waiting for certificate')),
  defineHealthCheck('certmanager.k8s.io', 'Issuer', ready('Initializing issuer')),
  defineHealthCheck('networking.gke.io', 'ManagedCertificate', managedCertificate),
  defineHealthCheck('external-secrets.io', 'ClusterExternalSecret', clusterExternalSecret),
  ...['ClusterSecretStore', 'ExternalSecret', 'PushSecret', 'SecretStore'].map((kind) =>
    defineHealthCheck('external-secrets.io', kind, ready(`Waiting for ${kind}`)),
  ),
  defineHealthCheck('kubernetes-client.io', 'ExternalSecret', oldExternalSecret),
  defineHealthCheck('bitnami.com', 'SealedSecret', sealedSecret),
  defineHealthCheck(
    'onepassword.com',
    'OnePasswordItem',
    firstOf(conditions(on('Ready', 'True', 'Healthy'), on('Ready', 'False', 'Degraded')), waiting('Waiting for controller to report status')),
  ),
]
