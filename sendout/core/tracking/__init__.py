"""Who fetched a picture or followed a link: a person, or a machine?"""
