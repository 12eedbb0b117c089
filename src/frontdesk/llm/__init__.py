"""Understanding: asks model services down a ladder and checks what they say before it counts."""
