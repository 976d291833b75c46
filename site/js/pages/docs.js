// The API's documentation. Enters: this server's OpenAPI document; leaves: Swagger UI in #documentation.
// Asks no other host for anything: no validator, no fonts, no telemetry.

const place = document.querySelector('#documentation');

if (globalThis.SwaggerUIBundle) {
  globalThis.SwaggerUIBundle({
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
  place.textContent = 'Swagger UI could not be loaded. The description itself is at /api/v1/openapi.json.';
}
