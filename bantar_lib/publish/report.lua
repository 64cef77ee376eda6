-- Reads the Markdown inside a report's tree and gives each part its look in the format asked for.

-- Only what the pages write: a name from data must not become a citation, a formula or a link.
local MARKDOWN = "markdown_strict-raw_html-autolink_bare_uris+all_symbols_escapable"
  .. "+intraword_underscores"

local function read(text)
  return pandoc.read(text, MARKDOWN).blocks
end

-- Parts whose look is a function of the PDF's template, and a style of the Word document.
local STYLES = {
  letterhead = "Letterhead", headline = "Letterhead", mark = "Mark", covertitle = "Title",
  coverplace = "Subtitle", coverstudy = "Subtitle", field = "Field", small = "Small",
  signature = "Signature", signline = "Signature", signroom = "SignatureRoom", logo = "Letterhead",
  keep = "KeepNext", closing = "Closing",
}

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"'
end

local function size(image)
  for _, side in ipairs({ "width", "height" }) do
    if image.attributes[side] then
      return side .. ": " .. image.attributes[side] .. ", "
    end
  end
  return ""
end

local function newpage()
  if FORMAT == "docx" then
    return pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
  elseif FORMAT == "typst" then
    return pandoc.RawBlock("typst", "#pagebreak(weak: true)")
  end
  return {}
end

local function styled(div)
  local role = div.classes[1]
  if role == "newpage" then
    return newpage()
  end
  -- On paper a page of its own; an HTML page has its own list, and Word would show a blank one.
  if role == "contents" then
    if FORMAT ~= "typst" then return {} end
    local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#contents[") })
    blocks:extend(div.content)
    blocks:extend({ pandoc.RawBlock("typst", "]"), newpage() })
    return blocks
  end
  if FORMAT:match("html") and role == "covertitle" then
    return {
      pandoc.RawBlock("html", '<h1 class="covertitle">'),
      pandoc.Plain(pandoc.utils.blocks_to_inlines(div.content)),
      pandoc.RawBlock("html", "</h1>"),
    }
  end
  if FORMAT == "docx" and STYLES[role] then
    div.attributes["custom-style"] = STYLES[role]
  elseif FORMAT == "typst" and STYLES[role] then
    local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#" .. role .. "[") })
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
  return div
end

-- The PDF's template is told which figure it is, in order.
local figures = 0
local function drawing(figure)
  if FORMAT ~= "typst" then return nil end
  figures = figures + 1
  return {
    pandoc.RawBlock("typst", "#drawing(" .. figures .. ")["), figure,
    pandoc.RawBlock("typst", "]"),
  }
end

-- A table that is filled in by hand has room and lines; one column after numbers stands off them.
local function tabled(element, roomy)
  local opened = ""
  if element.classes:includes("tofill") then opened = opened .. "#tofill[" end
  if roomy then opened = opened .. "#roomy((" .. roomy:gsub("%s+", ", ") .. ",))[" end
  if opened == "" then return element end
  local closed = opened:gsub("[^%[]", ""):gsub("%[", "]")
  return { pandoc.RawBlock("typst", opened), element, pandoc.RawBlock("typst", closed) }
end

-- Links are left out: what a report says stands in it, and an address from data leads nowhere.
local texts = {
  Link = function(link) return link.content end,
  Image = function(image) return image.caption end,
}

return {
  {
    RawBlock = function(raw)
      return raw.format == "bantar" and read(raw.text):walk(texts) or nil
    end,
    RawInline = function(raw)
      if raw.format ~= "bantar" then return nil end
      return pandoc.utils.blocks_to_inlines(read(raw.text):walk(texts), { pandoc.Space() })
    end,
  },
  {
    Div = styled,
    Figure = drawing,
    Image = function(image)
      if FORMAT ~= "typst" then return nil end
      local alt = pandoc.utils.stringify(image.caption)
      return pandoc.RawInline("typst",
        "#image(" .. quoted(image.src) .. ", " .. size(image) .. "alt: " .. quoted(alt) .. ")")
    end,
    Table = function(element)
      local roomy = element.attributes.roomy
      element.attributes.roomy = nil
      if FORMAT == "typst" then return tabled(element, roomy) end
      if not FORMAT:match("html") then return element end
      local label = pandoc.utils.stringify(element.caption.long)
      return pandoc.Div({ element },
        pandoc.Attr("", { "scroll" },
          -- A list of pairs: the order of a table's keys changes from run to run.
          { { "tabindex", "0" }, { "role", "region" }, { "aria-label", label } }))
    end,
  },
}
