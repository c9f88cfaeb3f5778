"""What launches tell us of the LMS: contexts (courses), people, who is in which, and assignments (resource links).

Owns: those four tables. Refuses: to compare a person's `sub` over deployments, to identify anybody by e-mail, and to
hold rules: what an assignment allows is `assignments`, who may do what is the `Principal` of a launch.
"""
