// Reads lines of JSON {name, text, data, missing, left, right}; answers {out, err} a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"text/template"
	"time"
)

type request struct {
	Name    string          `json:"name"`
	Text    []byte          `json:"text"`
	Data    json.RawMessage `json:"data"`
	Missing string          `json:"missing"`
	Left    string          `json:"left"`
	Right   string          `json:"right"`
}

type Inner struct {
	Token string
	TTL   int
}

type Scratch struct{ values map[string]any }

func (s *Scratch) Get(k string) any { return s.values[k] }
func (s *Scratch) Set(k string, v any) string {
	s.values[k] = v
	return ""
}
func (s *Scratch) Fail() (string, error) { return "", fmt.Errorf("it fails") }

type Secret struct {
	LeaseID   string
	Duration  int
	Renewable bool
	Data      map[string]any
	Warnings  []string
	Auth      *Inner
}

// typed makes {"$type": …} the value it names.
func typed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		t, ok := v["$type"].(string)
		if !ok {
			for k := range v {
				v[k] = typed(v[k])
			}
			return v
		}
		x := v["value"]
		switch t {
		case "int":
			return int(x.(float64))
		case "int64":
			return int64(x.(float64))
		case "uint64":
			return uint64(x.(float64))
		case "uint8":
			return uint8(x.(float64))
		case "float64":
			return x.(float64)
		case "number":
			return json.Number(x.(string))
		case "bytes":
			return []byte(x.(string))
		case "bad":
			return string([]byte{0xff, 'a', 0xc3})
		case "strings":
			l := []string{}
			for _, s := range x.([]any) {
				l = append(l, s.(string))
			}
			return l
		case "stringmap":
			m := map[string]string{}
			for k, s := range x.(map[string]any) {
				m[k] = s.(string)
			}
			return m
		case "time":
			at, err := time.Parse(time.RFC3339Nano, x.(string))
			if err != nil {
				panic(err)
			}
			return at
		case "secret":
			return &Secret{LeaseID: "lease", Duration: 60, Renewable: true, Data: typed(x).(map[string]any), Warnings: []string{"w"}}
		case "scratch":
			return &Scratch{values: map[string]any{}}
		}
		panic(t)
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
		return v
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
	}
	return v
}

func functions(root **template.Template) template.FuncMap {
	return template.FuncMap{
		"fail":    func() (string, error) { return "", fmt.Errorf("it fails") },
		"list":    func(v ...any) []any { return v },
		"text":    func(s string) string { return s },
		"two":     func(a string, b int) string { return fmt.Sprint(a, b) },
		"many":    func(a string, b ...string) string { return fmt.Sprint(a, len(b)) },
		"many64":  func(b ...int64) string { return fmt.Sprint(b) },
		"real":    func(f float64) string { return fmt.Sprint(f) },
		"flag":    func(b bool) string { return fmt.Sprint(b) },
		"uns":     func(u uint64) string { return fmt.Sprint(u) },
		"thing":   func(v any) any { return v },
		"none":    func() any { return nil },
		"strs":    func(s []string) string { return fmt.Sprint(len(s)) },
		"anys":    func(s []any) string { return fmt.Sprint(len(s)) },
		"mapping": func(m map[string]any) string { return fmt.Sprint(len(m)) },
		"data":    func(b []byte) string { return string(b) },
		"at":      func(t time.Time) string { return t.String() },
		"executeTemplate": func(name string, v ...any) (string, error) {
			var dot any
			if len(v) > 0 {
				dot = v[0]
			}
			var b bytes.Buffer
			err := (*root).ExecuteTemplate(&b, name, dot)
			return b.String(), err
		},
	}
}

type answer struct {
	Out []byte `json:"out"`
	Err string `json:"err"`
}

func run(r request) (a answer) {
	defer func() {
		if e := recover(); e != nil {
			a.Err = fmt.Sprint("PANIC ", e)
		}
	}()
	t := template.New(r.Name).Delims(r.Left, r.Right)
	t.Funcs(functions(&t))
	if r.Missing != "" {
		t.Option("missingkey=" + r.Missing)
	}
	_, err := t.Parse(string(r.Text))
	if err != nil {
		return answer{Err: err.Error()}
	}
	var data any
	if len(r.Data) > 0 {
		if err := json.Unmarshal(r.Data, &data); err != nil {
			panic(err)
		}
		data = typed(data)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return answer{Err: err.Error()}
	}
	return answer{Out: b.Bytes()}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			panic(err)
		}
		out.Encode(run(r))
	}
}
