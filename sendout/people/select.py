"""Who is meant: the audience of a send-out as SQL, for those who freeze or count it."""

from __future__ import annotations

# Ids of the participants that a send-out means, each once. Parameters: sendout, organisation,
# everyone. The organisation is asked for again, so that no list can reach into another one.
AUDIENCE = """
    SELECT p.id FROM people_participant p
    WHERE p.organisation_id = %(organisation)s AND (
        %(everyone)s
        OR EXISTS (SELECT 1 FROM sendouts_sendout_people x
            WHERE x.sendout_id = %(sendout)s AND x.participant_id = p.id)
        OR EXISTS (SELECT 1 FROM sendouts_sendout_groups g
            JOIN people_group_participants m ON m.group_id = g.group_id
            WHERE g.sendout_id = %(sendout)s AND m.participant_id = p.id))
"""
