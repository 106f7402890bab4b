// The command line as a library: start a controller, receive webhooks, run a command.
export { main } from './main.ts'
export { inspectApplication, previewCommits, readApplicationFile, renderApplication } from './inspect.ts'
export type { Inspection, Preview } from './inspect.ts'
export { localSource } from './local-source.ts'
export { startController } from './create-controller.ts'
export type { Controller, ControllerOptions } from './create-controller.ts'
export { startWebhookReceiver } from './webhook-receiver.ts'
export type { WebhookReceiver, WebhookReceiverOptions } from './webhook-receiver.ts'
