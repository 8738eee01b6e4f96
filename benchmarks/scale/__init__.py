"""What more workers carry."""
