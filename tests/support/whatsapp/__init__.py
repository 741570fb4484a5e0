"""A small WhatsApp that real clients can log in to, for tests of linked numbers.

It speaks what the client inside `neonize` speaks: TLS, a websocket, the Noise handshake, binary XML. It knows accounts
with their devices, relays what clients encrypt for each other (it never reads a message itself), keeps media and
groups, queues for devices that are away, and does what the real one does when something is wrong: replaced streams,
unlinked devices, bans, refused sends. `server.FakeWhatsApp` is the way in; `trusting` is how a client is made to
believe in it.

    async with FakeWhatsApp.running(folder) as whatsapp:
        anna = whatsapp.join("491510000001", "Anna")
        whatsapp.scan(qr, anna)                      # Anna's phone scans the code that a client shows
        whatsapp.type_code(code, anna)               # or types the eight characters
        whatsapp.unlink(anna, device=1), whatsapp.ban(anna, seconds=3600), whatsapp.refuse(anna, 463) ...

What is known of the protocol comes from reading open clients (whatsmeow, Baileys). The real server differs in what it
checks; docs/whatsapp.md says what was proven against which.
"""
