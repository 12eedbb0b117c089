"""Every setting: what there is, where it comes from, what Cloud Foundry binds."""
