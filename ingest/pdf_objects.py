"""Where the things a PDF draws lie on the page, whatever they are nested in."""

import pypdfium2 as pdfium


def bounds_on_page(thing: pdfium.PdfObject) -> tuple[float, float, float, float]:
    """Left, bottom, right and top in points of the unturned page.

    PDFium gives the bounds of a thing inside a form XObject in that form's own
    coordinates; each form it lies in adds its matrix.
    """
    left, bottom, right, top = thing.get_bounds()
    corners = [(left, bottom), (left, top), (right, bottom), (right, top)]
    form = thing.container
    while form is not None:
        matrix = form.get_matrix()
        corners = [matrix.on_point(x, y) for x, y in corners]
        form = form.container
    across, along = zip(*corners, strict=True)
    return min(across), min(along), max(across), max(along)
