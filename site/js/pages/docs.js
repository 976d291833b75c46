// Entry point of the API documentation: Swagger UI for this server's own OpenAPI document. It contacts no other host:
// no validator, no fonts, no telemetry.

/** @typedef {{ SwaggerUIBundle?: (settings: object) => void }} Bundle the service's own script, which has no types */

const show = /** @type {Bundle} */ (globalThis).SwaggerUIBundle;

if (show) {
  show({
    url: '/api/v1/openapi.json',
    dom_id: '#documentation',
    validatorUrl: null,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    syntaxHighlight: false,
    tryItOutEnabled: true,
  });
} else {
  document.querySelector('#documentation')?.append('Swagger UI could not be loaded. The description itself is at /api/v1/openapi.json.');
}
