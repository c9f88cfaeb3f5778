"""What every HTTP surface shares: problems, pages, dependencies, the one middleware, the built single-page app.

Owns: how an error looks outside, which headers every answer carries, how a request is logged and measured.
Refuses: paths of a feature, rules, SQL. Routes may import it; services, queries and jobs may not.
"""
