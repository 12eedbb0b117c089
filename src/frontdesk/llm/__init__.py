"""Understands messages: asks model services along a fallback chain and checks their answers before they are used."""
