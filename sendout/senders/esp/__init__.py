"""Email through the API of an email service, by way of django-anymail."""
