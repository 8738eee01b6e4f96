"""A toy provider: what adding a family takes. The tests copy this folder into `relay/wire`."""
