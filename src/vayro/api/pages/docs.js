SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#document",
  deepLinking: true,
  persistAuthorization: true,
  defaultModelsExpandDepth: 0,
  // Swagger UI would otherwise ask a server of its makers to check the document.
  validatorUrl: null,
});
