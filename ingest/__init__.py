"""How paper comes in: doors, strict opening, pages, bundles, balance."""
