"""Platforms that may launch us: registrations, the deployments under them, and the key pair of each registration.

Owns: who is connected, what waits for approval, our keys towards each platform and the key set that publishes them.
Refuses: launches (`launches`), scores (`grading`), anything of the protocol itself (`lti`).

One key pair per registration (LTI Security Framework §7.3): a stolen one opens one gradebook, not all.
"""
