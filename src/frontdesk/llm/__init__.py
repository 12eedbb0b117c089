"""Understanding: asks model services down a chain and checks what they say before it counts."""
